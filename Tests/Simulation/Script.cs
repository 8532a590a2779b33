namespace TimeNs.Tests.Simulation;

/// <summary>What an observer does when it is told of a tick, besides writing it down.</summary>
internal enum Manner
{
    Record, DisposeItself, DisposeOthers, Rearm, RearmOther, CreateTimer, Throw, CloseTimer, CloseOther, SetRealtime, Checkpoint, Freeze, StopOther, CloseNamespace, ReadOther, SetOffsets, Probe,
}

/// <summary>Thrown by an observer, as any observer may.</summary>
internal sealed class ObserverException() : Exception("thrown by an observer on purpose");

/// <summary>
/// An observer of a timer. It is the same code for the product and for the model: what it does, it does to the side that called
/// it, and what that answers is in the log.
/// </summary>
internal sealed class Script(ISide side, Call subscribed)
{
    private int _told;
    private int _left = (Manner)subscribed.Kind switch { Manner.Rearm or Manner.RearmOther or Manner.Probe => 3, Manner.StopOther => 2, _ => 1 };

    public string Id => subscribed.Id;

    private Manner Manner => (Manner)subscribed.Kind;

    public void OnNext(string tick)
    {
        side.Note($"{Id} {tick}");
        _told++;
        if (Manner == Manner.Record || _told <= subscribed.C || _left == 0)
        {
            return;
        }

        _left--;
        if (Manner == Manner.Throw)
        {
            throw new ObserverException();
        }

        Play();
    }

    public void OnEnd() => side.Note($"end {Id}");

    private void Play()
    {
        switch (Manner)
        {
            case Manner.DisposeItself:
                Do(To(Act.Unsubscribe) with { Id = Id });
                break;
            case Manner.DisposeOthers:
                subscribed.Others.ForEach(o => Do(To(Act.Unsubscribe) with { Timer = o.Timer, Id = o.Id }));
                break;
            case Manner.Rearm:
                Do(To(Act.Set) with { Kind = 0, B = subscribed.A, D = subscribed.B });
                break;
            case Manner.RearmOther:
                Do(To(Act.Set) with { Timer = subscribed.D, Kind = 0, B = subscribed.A, D = subscribed.B });
                break;
            case Manner.StopOther:
                StopOther();
                break;
            case Manner.CreateTimer:
                CreateTimer();
                break;
            case Manner.CloseTimer:
                Do(To(Act.CloseTimer));
                break;
            case Manner.CloseOther:
                Do(To(Act.CloseTimer) with { Timer = subscribed.D });
                break;
            case Manner.ReadOther:
                Do(To(Act.Read) with { Timer = subscribed.D });
                break;
            case Manner.SetRealtime:
                Do(To(Act.SetRealtime) with { A = subscribed.A });
                break;
            case Manner.SetOffsets:
                Do(To(Act.SetOffsets) with { A = subscribed.A, B = subscribed.B, C = subscribed.D });
                break;
            case Manner.Probe:
                Do(To(Act.Probe));
                break;
            default:
                Do(To(Manner switch
                {
                    Manner.Checkpoint => Act.Checkpoint,
                    Manner.Freeze => Act.Freeze,
                    _ => Act.CloseNamespace,
                }));
                break;
        }
    }

    /// <summary>Freezes another namespace; at the next tick sets it going and writes it down before the engine has had a turn.</summary>
    private void StopOther()
    {
        if (_left == 1)
        {
            Do(To(Act.Freeze) with { Ns = subscribed.OtherNs, Timer = 0 });
            return;
        }

        Do(To(Act.Thaw) with { Ns = subscribed.OtherNs, Timer = 0, Policy = subscribed.Policy });
        Do(To(Act.Checkpoint) with { Ns = subscribed.OtherNs, Timer = 0 });
    }

    private void CreateTimer()
    {
        var id = Do(To(Act.CreateTimer) with { Timer = 0, Kind = 1 });
        if (long.TryParse(id, out var timer))
        {
            Do(To(Act.Set) with { Timer = timer, Kind = 0, B = subscribed.A, D = subscribed.B });
            Do(To(Act.Subscribe) with { Timer = timer, Id = $"{Id}+{timer}", Kind = (int)Manner.Record });
        }
    }

    private Call To(Act act) => new(act, subscribed.Host, subscribed.Ns, subscribed.Timer);

    private string Do(Call call)
    {
        var answer = side.Do(call);
        side.Note($"{Id} did {call.Act} {call.Timer}: {answer}");
        return answer;
    }
}
