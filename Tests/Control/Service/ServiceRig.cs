using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using TimeNs.Control.Configuration;
using TimeNs.Control.Service;
using TimeNs.Control.State;
using TimeNs.Runtime;
using TimeNs.Runtime.Kernel;
using TimeNs.Tests.Tool;

namespace TimeNs.Tests.Control.Service;

/// <summary>What <c>timens serve</c> runs, over a simulated kernel, with a folder that outlives it so that another one can follow.</summary>
internal sealed class ServiceRig : IAsyncDisposable
{
    private ServiceRig(TestFolder folder, ServeOptions options, Action<WebApplicationBuilder>? services)
    {
        Folder = folder;
        SocketPath = options.Socket;
        Application = ServiceHost.Create(options, builder =>
        {
            builder.Services.AddSingleton<IKernel>(Kernel);
            services?.Invoke(builder);
        });
        Http = ControlRig.Client(options.Socket);
    }

    public TestFolder Folder { get; }

    public string SocketPath { get; }

    public SimulatedKernel Kernel { get; } = new();

    public WebApplication Application { get; }

    public HttpClient Http { get; }

    public TimeRuntime Runtime => Get<TimeRuntime>();

    public ConfigFile Config => Get<ConfigFile>();

    public StateService State => Get<StateService>();

    public ServiceHealth Health => Get<ServiceHealth>();

    public static string File(TestFolder folder) => folder.File("timens.json");

    public static string StateOf(TestFolder folder) => folder.File("state");

    /// <param name="folder">Of the test.</param>
    /// <param name="config">The text of the configuration file; null for the one that is there, or none.</param>
    /// <param name="state">True: with a state directory.</param>
    /// <param name="services">Adds services.</param>
    /// <param name="change">Changes the options.</param>
    public static async Task<ServiceRig> StartAsync(
        TestFolder folder, string? config = null, bool state = false, Action<WebApplicationBuilder>? services = null, Func<ServeOptions, ServeOptions>? change = null)
    {
        if (config is not null)
        {
            System.IO.File.WriteAllText(File(folder), config);
        }

        var options = new ServeOptions
        {
            Socket = folder.File("s/timens.sock"),
            Config = System.IO.File.Exists(File(folder)) ? new ConfigSource(File(folder)) : null,
            State = state ? StateOf(folder) : null,
        };
        var rig = new ServiceRig(folder, change?.Invoke(options) ?? options, services);
        try
        {
            await rig.Application.StartAsync();
        }
        catch
        {
            rig.Http.Dispose();
            await rig.Application.DisposeAsync();
            throw;
        }

        return rig;
    }

    /// <summary>Writes the file anew and has it read.</summary>
    public Task<bool> ReloadAsync(string config)
    {
        System.IO.File.WriteAllText(File(Folder), config);
        return Config.ReloadAsync();
    }

    public RuntimeNamespace Namespace(string name) => Runtime.FindNamespace(name)!;

    public T Get<T>()
        where T : notnull => Application.Services.GetRequiredService<T>();

    public async Task<Answer> SendAsync(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        return await Answer.OfAsync(await Http.SendAsync(request));
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Application.StopAsync();
        await Application.DisposeAsync();
    }
}
