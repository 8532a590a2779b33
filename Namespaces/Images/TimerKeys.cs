using System.Runtime.CompilerServices;

namespace TimeNs.Images;

/// <summary>The ids and names seen so far in an image, to find a second one of either.</summary>
/// <remarks>
/// Ids of a namespace are counted up, so mostly they are dense: then one bit each. Never takes more than about 24 bytes a timer.
/// </remarks>
internal sealed class TimerKeys
{
    /// <summary>A bit for every id that was given out, as long as that is not more than this many bits for each timer there is.</summary>
    private const int BitsPerTimer = 128;

    private readonly long _nextId;
    private readonly ulong[]? _bits;
    private readonly HashSet<long>? _ids;
    private HashSet<string>? _names;

    /// <param name="timers">How many will be added, at most.</param>
    /// <param name="nextId">Greater than each of their ids.</param>
    public TimerKeys(int timers, long nextId)
    {
        _nextId = nextId;
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
    /// <param name="timer">The timer.</param>
    /// <param name="index">Its place among the timers.</param>
    /// <param name="offset">Where its record begins, in bytes; negative when it came from no bytes.</param>
    /// <exception cref="ImageException">Its id or its name is there already.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in TimerImage timer, int index, long offset = -1)
    {
        if (!AddId(timer.Id))
        {
            throw TwiceId(timer.Id, index, offset);
        }

        if (timer.Name is not null)
        {
            AddName(timer.Name, index, offset);
        }
    }

    /// <summary>Adds the id of a timer without a name. False when it is out of range or there already.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(long id) => id > 0 && id < _nextId && AddId(id);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool AddId(long id)
    {
        if (_bits is not { } bits)
        {
            return _ids!.Add(id);
        }

        ref var word = ref bits[(ulong)id >> 6];
        var old = word;
        word = old | 1UL << (int)id;
        return word != old;
    }

    private void AddName(string name, int index, long offset)
    {
        if (!(_names ??= new HashSet<string>(StringComparer.Ordinal)).Add(name))
        {
            throw Twice($"timers[{index}].name", $"'{name}' is there twice", offset);
        }
    }

    private static ImageException TwiceId(long id, int index, long offset) => Twice($"timers[{index}].id", $"{id} is there twice", offset);

    private static ImageException Twice(string field, string reason, long offset) => new(field, reason, offset < 0 ? null : offset);
}
