using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TimeNs.Tool.Scenarios.Kernel;

/// <summary>This side of a <see cref="KernelHost"/> in another process: asks it to do steps, one at a time.</summary>
internal sealed class KernelProcess(Process process) : IDisposable
{
    private const int PatienceMs = 2000;

    /// <summary>Every kind of step there is, on a timer of no importance, so that none is slow for being the first.</summary>
    private static readonly JsonObject[] Rehearsal =
    [
        Step("timerfd_create", ("ns", "host"), ("clock", 1)),
        Step("timerfd_settime", ("flags", 1), ("value", new JsonArray(1, 0)), ("interval", new JsonArray(1, 0))),
        Step("timerfd_settime", ("flags", 8), ("value", new JsonArray(1, 0))),
        Step("poll"),
        Step("fdinfo"),
        Step("read"),
        Step("timerfd_gettime"),
        Step("set_ticks", ("ticks", 1)),
        Step("close"),
        new() { ["do"] = "clock_gettime", ["ns"] = "host", ["clock"] = 0 },
    ];

    public int Id => process.Id;

    /// <summary>Waits until it is there; false when it ended before it could be.</summary>
    public bool Greet() => process.StandardOutput.ReadLine() is not null;

    /// <summary>Does everything twice.</summary>
    public void Rehearse()
    {
        foreach (var step in Rehearsal.Concat(Rehearsal))
        {
            _ = Do(step);
        }
    }

    public JsonObject Do(JsonObject step)
    {
        process.StandardInput.WriteLine(step.ToJsonString());
        process.StandardInput.Flush();
        return Receive();
    }

    /// <summary>It ends with its input.</summary>
    public void Dispose()
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(PatienceMs))
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    private JsonObject Receive()
    {
        try
        {
            return JsonNode.Parse(process.StandardOutput.ReadLine() ?? throw new ToolException("timens kernel-host has ended"))!.AsObject();
        }
        catch (JsonException e)
        {
            throw new ToolException($"timens kernel-host does not answer in JSON: {Errors.OneLine(e.Message)}");
        }
    }

    private static JsonObject Step(string verb, params (string Name, JsonNode Value)[] arguments)
    {
        var step = new JsonObject { ["do"] = verb, ["fd"] = "rehearsal" };
        foreach (var (name, value) in arguments)
        {
            step[name] = value;
        }

        return step;
    }
}
