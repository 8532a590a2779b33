using System.Text.Json.Nodes;
using TimeNs.Control.Wire;
using TimeNs.Images;
using TimeNs.Runtime;
using TimeNs.Tool.Reports;
using TimeNs.Tool.Scenarios;

namespace TimeNs.Tool.Client;

/// <summary>
/// Brings an image of a namespace to safety, and then, when that is wanted, ends the namespace.
/// </summary>
/// <remarks>
/// <code>
///   freeze ── image ── check ── save, fsync ──┬── delete
///        └── whatever fails, or Ctrl-C: thaw ─┘
/// </code>
/// The thaw lets the clocks go on as if they had never stood (elapsed), so that a checkpoint that failed has only made timers late. What
/// was frozen before stays frozen. After the save only the deletion is left, and nothing interrupts it. So nothing is lost
/// whatever fails: at worst the namespace is left frozen, which is said.
/// </remarks>
/// <param name="session">The run.</param>
/// <param name="ns">The namespace.</param>
/// <param name="file">Where to save.</param>
/// <param name="absolute">What about absolute timers, in the service's words.</param>
internal sealed class CheckpointRun(Session session, string ns, string file, string? absolute)
{
    public const string StandardOutput = "-";

    private const int Interrupted = 130;
    private const int Piece = 1 << 16;

    private static readonly ThawRequest AsIfNeverFrozen = new() { Realtime = "wall", Monotonic = "elapsed", Boottime = "elapsed", Missed = "count" };

    private bool ToStream => file == StandardOutput;

    public async Task<int> RunAsync(bool stop)
    {
        CheckPlace();
        using var interrupt = session.Surroundings.CatchInterrupt();
        var froze = stop && await FreezeAsync().ConfigureAwait(false);
        (NamespaceImage Image, int Bytes) saved;
        try
        {
            saved = await SaveAsync(interrupt.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ToolException or OperationCanceledException)
        {
            var code = e is ToolException told ? told.ExitCode : Interrupted;
            var reason = e is ToolException ? e.Message : "interrupted; no image was saved";
            throw new ToolException(froze ? $"{reason}; {await ThawAsync().ConfigureAwait(false)}" : reason, code);
        }

        if (stop)
        {
            await DeleteAsync().ConfigureAwait(false);
        }

        Report(saved.Image, saved.Bytes, stop);
        return CommandLine.Done;
    }

    /// <summary>A place that cannot be written to is better told before anything stands still.</summary>
    private void CheckPlace()
    {
        if (ToStream && session.Surroundings.Width is not null)
        {
            throw new ToolException("the standard output is a terminal: give -o FILE, or redirect it");
        }

        if (!ToStream && Directory.Exists(file))
        {
            throw new ToolException($"{file}: is a directory, not a file");
        }

        if (!ToStream && !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(file))))
        {
            throw new ToolException($"{file}: there is no such directory");
        }
    }

    /// <summary>False when it was frozen before.</summary>
    private async Task<bool> FreezeAsync()
    {
        try
        {
            await session.Service.AskAsync(HttpMethod.Post, $"{Paths.Namespace(ns)}/freeze", ControlJson.Default.NamespaceInfo).ConfigureAwait(false);
            return true;
        }
        catch (ServiceRefusal refused) when (refused.IsAboutFreezing)
        {
            return false;
        }
    }

    private async Task<(NamespaceImage Image, int Bytes)> SaveAsync(CancellationToken interrupted)
    {
        using var progress = new Progress(session.Error, session.Surroundings.ErrorIsTerminal);
        var bytes = await FetchAsync(progress, interrupted).ConfigureAwait(false);
        progress.Say("checking the image");
        var image = Decode(bytes);
        interrupted.ThrowIfCancellationRequested();
        progress.Say("saving the image");
        try
        {
            Save(image, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"{file}: cannot save the image: {Errors.OneLine(e.Message).TrimEnd('.')}");
        }

        return (image, bytes.Length);
    }

    private async Task<byte[]> FetchAsync(Progress progress, CancellationToken interrupted)
    {
        progress.Say("asking for the image");
        var path = Paths.Query($"{Paths.Namespace(ns)}/checkpoint", ("absolute", absolute));
        using var response = await session.Service.OpenAsync(HttpMethod.Post, path, interrupted).ConfigureAwait(false);
        try
        {
            var all = response.Content.Headers.ContentLength;
            using var body = await response.Content.ReadAsStreamAsync(interrupted).ConfigureAwait(false);
            using var bytes = new MemoryStream((int)Math.Min(all ?? 0, Array.MaxLength));
            var piece = new byte[Piece];
            while (await body.ReadAsync(piece, interrupted).ConfigureAwait(false) is var read and > 0)
            {
                bytes.Write(piece, 0, read);
                progress.Count("receiving the image", bytes.Length, all);
            }

            return bytes.ToArray();
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw session.Service.Explain(e, interrupted);
        }
    }

    /// <summary>An image that cannot be restored is not worth a namespace.</summary>
    private static NamespaceImage Decode(byte[] bytes)
    {
        try
        {
            return ImageFormat.Decode(bytes);
        }
        catch (ImageException wrong)
        {
            throw new ToolException($"what the service gave is not a usable image: {Errors.OneLine(wrong.Message)}", CommandLine.Refused);
        }
    }

    private void Save(NamespaceImage image, byte[] bytes)
    {
        if (!ToStream)
        {
            ImageFile.Save(image, file);
            return;
        }

        using var output = session.Surroundings.Output();
        output.Write(bytes);
        output.Flush();
    }

    private async Task<string> ThawAsync()
    {
        try
        {
            await session.Service.AskAsync(
                HttpMethod.Post, $"{Paths.Namespace(ns)}/thaw", AsIfNeverFrozen, ControlJson.Default.ThawRequest, ControlJson.Default.NamespaceChange).ConfigureAwait(false);
            return $"{ns} was thawed and goes on";
        }
        catch (ToolException e)
        {
            return $"{ns} is left frozen ({e.Message}): 'timens ns thaw' sets it going";
        }
    }

    private async Task DeleteAsync()
    {
        try
        {
            await session.Service.DoAsync(HttpMethod.Delete, Paths.Namespace(ns)).ConfigureAwait(false);
        }
        catch (ToolException e)
        {
            throw new ToolException($"{e.Message}; the image is saved, and {ns} is left frozen: 'timens ns delete' ends it, 'timens ns thaw' sets it going", e.ExitCode);
        }
    }

    private void Report(NamespaceImage image, int bytes, bool stopped)
    {
        if (session.IsJson)
        {
            session.Output.WriteLine(new JsonObject
            {
                ["namespace"] = ns,
                ["file"] = file,
                ["bytes"] = bytes,
                ["timers"] = image.TimerCount,
                ["ephemeral_timers"] = image.EphemeralTimers,
                ["deleted"] = stopped,
            }.ToJsonString(WireJson.Page.Options));
            return;
        }

        var output = ToStream ? session.Error : session.Output;
        output.WriteLine($"{ns}: {Words.Count(image.TimerCount, "timer", "timers")} in {Words.Count(bytes, "byte", "bytes")}{(ToStream ? "" : $", saved in {file}")}{(stopped ? "; the namespace is deleted" : "")}");
        if (image.EphemeralTimers != 0)
        {
            output.WriteLine($"{Words.Count(image.EphemeralTimers, "timer", "timers")} of TimeProvider or IScheduler that no image can hold");
        }
    }
}
