using NodaTime;
using TimeNs.Clocks;
using TimeNs.Control.Routes;
using TimeNs.Control.Text;
using TimeNs.Control.Wire;
using TimeNs.Images;
using TimeNs.Runtime;

namespace TimeNs.Control.Calls;

/// <summary>Checkpoint, restore and forecast.</summary>
internal static class ImageCalls
{
    public static async Task Checkpoint(ControlCall call)
    {
        var ns = NamespaceCalls.NotTheHost(call);
        using var slot = TakeSlot(call);
        var image = ns.Checkpoint(Policies.Absolute(call.Query("absolute")));
        var bytes = ImageFormat.Encode(image);
        var response = call.Http.Response;
        response.ContentType = RouteTable.ImageType;
        response.ContentLength = bytes.Length;
        response.Headers[RouteTable.TimersHeader] = image.TimerCount.ToString();
        response.Headers[RouteTable.EphemeralTimersHeader] = image.EphemeralTimers.ToString();
        await response.Body.WriteAsync(bytes, call.Http.RequestAborted).ConfigureAwait(false);
    }

    public static async Task Restore(ControlCall call)
    {
        using var slot = TakeSlot(call);
        var policy = Policies.Read(call);
        var image = await ReadAsync(call).ConfigureAwait(false);
        var name = PathNames.CheckNamespace(call.Query("as") ?? image.Name, call.Query("as") is null ? "name" : "as");
        var fires = call.Runtime.Forecast(image, Duration.Zero, policy).Fires;
        var restored = call.Service.Ledger.AddNamespace(call.Client, call.Limits, image.TimerCount, () => call.Runtime.Restore(image, policy, name));
        call.Service.Events.Created(restored);
        await call.AnswerAsync(
            new NamespaceChange
            {
                Namespace = Answers.Of(restored.Look()),
                DryRun = false,
                Fires = FiresOf(image, fires),
                FiresCount = fires.Count,
            },
            ControlJson.Default.NamespaceChange).ConfigureAwait(false);
    }

    public static async Task Forecast(ControlCall call)
    {
        using var slot = TakeSlot(call);
        var policy = Policies.Read(call);
        var within = call.Query("within") is { } text ? TimeInput.Span(new TimeText(text), "within") : Duration.Zero;
        var image = await ReadAsync(call).ConfigureAwait(false);
        var forecast = call.Runtime.Forecast(image, within, policy);
        await call.AnswerAsync(
            new ForecastInfo
            {
                Offsets = Answers.Of(forecast.Offsets),
                Clocks = Answers.Of(forecast.Readings),
                Fires = FiresOf(image, forecast.Fires),
                Truncated = forecast.Fires.Count > Answers.MaxFires,
            },
            ControlJson.Default.ForecastInfo).ConfigureAwait(false);
    }

    private static async Task<NamespaceImage> ReadAsync(ControlCall call) => ImageFormat.DecodeOwned(await call.ReadImageAsync().ConfigureAwait(false));

    /// <summary>Images are large: only so many are in memory at once, whoever they are from.</summary>
    private static IDisposable TakeSlot(ControlCall call) => call.Service.Images.Take(0, call.Limits.ConcurrentImages);

    private static Fire[] FiresOf(NamespaceImage image, IReadOnlyList<ForecastEntry> fires)
    {
        var listed = fires.Take(Answers.MaxFires).ToArray();
        var ids = listed.Select(static e => e.TimerId).ToHashSet();
        var clocks = image.EnumerateTimers().Where(t => ids.Contains(t.Id)).ToDictionary(static t => t.Id, static t => t.Clock);
        return [.. listed.Select(e => Answers.Of(e, clocks[e.TimerId]))];
    }
}
