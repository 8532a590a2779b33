using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace TimeNs.Timers;

/// <summary>
/// Asks the processor to bring a cache line near, without waiting for it: a batch knows which timers come next, and a line from
/// memory takes longer than everything else that is done for one. Nothing depends on it; elsewhere it does nothing.
/// </summary>
internal static class Prefetch
{
    private const int LineSize = 64;

    /// <summary>The line at a place in memory, also one that is nobody's: a hint never faults.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Line(nint address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0((void*)address);
        }
    }

    /// <summary>The line of a field.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Line<T>(ref T place)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(Unsafe.AsPointer(ref place));
        }
    }

    /// <summary>The first line of an object; nothing for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Object(object? target) => Line(Unsafe.As<object?, nint>(ref target));

    /// <summary>The first lines of an object.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Object(object target, int lines)
    {
        var address = Unsafe.As<object, nint>(ref target);
        for (var line = 0; line < lines; line++)
        {
            Line(address + line * LineSize);
        }
    }

    /// <summary>The first line of the object that a field refers to.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Target(ref object? field) => Line(Unsafe.As<object?, nint>(ref field));
}
