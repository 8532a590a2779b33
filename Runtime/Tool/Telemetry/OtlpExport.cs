using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TimeNs.Control;
using TimeNs.Control.Calls;
using TimeNs.Control.Configuration;
using TimeNs.Runtime;

namespace TimeNs.Tool.Telemetry;

/// <summary>Sends the metrics, and the traces of calls, to a collector by OTLP over HTTP. Here, so that the libraries need no exporter.</summary>
internal sealed class OtlpExport : IDisposable
{
    private readonly MeterProvider? _metrics;
    private readonly TracerProvider? _traces;

    private OtlpExport(Uri endpoint, MetricsConfig config)
    {
        _metrics = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(static resource => resource.AddService("timens", serviceVersion: ControlService.Version))
            .AddMeter(RuntimeMeter.Name)
            .AddOtlpExporter((otlp, reader) =>
            {
                (otlp.Protocol, otlp.Endpoint) = (OtlpExportProtocol.HttpProtobuf, At(endpoint, "v1/metrics"));
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = (int)config.OtlpInterval.TotalMilliseconds;
            })
            .Build();
        _traces = !config.OtlpTraces ? null : Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(static resource => resource.AddService("timens", serviceVersion: ControlService.Version))
            .AddSource(CallTrace.Source)
            .AddOtlpExporter(otlp => (otlp.Protocol, otlp.Endpoint) = (OtlpExportProtocol.HttpProtobuf, At(endpoint, "v1/traces")))
            .Build();
    }

    /// <summary>Null where nothing is to be sent.</summary>
    public static OtlpExport? Start(MetricsConfig? config) => config?.OtlpEndpoint is { } endpoint ? new OtlpExport(endpoint, config) : null;

    /// <summary>Sends what is left.</summary>
    public void Dispose()
    {
        _metrics?.Dispose();
        _traces?.Dispose();
    }

    private static Uri At(Uri endpoint, string path) => new(endpoint.AbsoluteUri.TrimEnd('/') + "/" + path);
}
