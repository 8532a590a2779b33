namespace TimeNs.Images;

/// <summary>The ids and names seen so far in an image, to find a second one of either.</summary>
/// <remarks>
/// Ids of a namespace are counted up, so mostly they are dense: then one bit each. Never takes more than about 24 bytes a timer.
/// </remarks>
internal sealed class TimerKeys
{
    /// <summary>A bit for every id that was given out, as long as that is not more than this many bits for each timer there is.</summary>
    private const int BitsPerTimer = 128;

    private readonly ulong[]? _bits;
    private readonly HashSet<long>? _ids;
    private HashSet<string>? _names;

    /// <param name="timers">How many will be added, at most.</param>
    /// <param name="nextId">Greater than each of their ids.</param>
    public TimerKeys(int timers, long nextId)
    {
        if (nextId <= (long)timers * BitsPerTimer)
        {
            _bits = new ulong[nextId / 64 + 1];
        }
        else
        {
            _ids = new HashSet<long>(timers);
        }
    }

    /// <summary>Adds a timer whose id is in range (<see cref="ImageRules.CheckTimer"/>).</summary>
    /// <exception cref="ImageException">Its id or its name is there already.</exception>
    public void Add(in TimerImage timer, int index, long? offset = null)
    {
        if (!AddId(timer.Id))
        {
            throw new ImageException($"timers[{index}].id", $"{timer.Id} is there twice", offset);
        }

        if (timer.Name is { } name && !(_names ??= new HashSet<string>(StringComparer.Ordinal)).Add(name))
        {
            throw new ImageException($"timers[{index}].name", $"'{name}' is there twice", offset);
        }
    }

    private bool AddId(long id)
    {
        if (_bits is null)
        {
            return _ids!.Add(id);
        }

        ref var word = ref _bits[id / 64];
        var bit = 1UL << (int)(id % 64);
        var isNew = (word & bit) == 0;
        word |= bit;
        return isNew;
    }
}
