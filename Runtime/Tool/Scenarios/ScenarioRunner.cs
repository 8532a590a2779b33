using System.Text.Json.Nodes;
using NodaTime;

namespace TimeNs.Tool.Scenarios;

/// <summary>Runs the steps of one scenario, in order, on a fresh simulated host.</summary>
internal sealed class ScenarioRunner : IDisposable
{
    private readonly ScenarioHost _host = new();

    /// <summary>Does a step, waits until everything that it made due is delivered, and gives the result. Refusals are results.</summary>
    public StepResult Run(Step step)
    {
        var result = Do(step, out var fault);
        fault = Settle() ?? fault;
        return new StepResult(step, Json.Compose(result, _host.Ticks.Take()), fault);
    }

    /// <summary>Time passes outside of any step; what it makes due is in the next step's result.</summary>
    public void Advance(Duration by)
    {
        _host.Kernel.Advance(by);
        _host.Settle();
    }

    public void Dispose() => _host.Dispose();

    private JsonObject Do(Step step, out Exception? fault)
    {
        fault = null;
        try
        {
            return step.Verb.Run(_host, step.Arguments);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var errno = Errors.ErrnoOf(e);
            fault = errno is null ? e : null;
            return new JsonObject { ["errno"] = errno ?? "EIO", ["message"] = Errors.MessageOf(e) };
        }
    }

    private Exception? Settle()
    {
        try
        {
            _host.Settle();
            return null;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e;
        }
    }
}
