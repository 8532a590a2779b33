using System.Globalization;
using TimeNs.Control.Sockets;

namespace TimeNs.Control.Access;

/// <summary>Users and groups by name or by number.</summary>
internal static class Accounts
{
    /// <summary>The user's id, or null when there is none of this name.</summary>
    public static uint? FindUser(string text) => Number(text) ?? LibC.FindUser(text);

    /// <summary>The group's id, or null when there is none of this name.</summary>
    public static uint? FindGroup(string text) => Number(text) ?? LibC.FindGroup(text);

    /// <summary>2^32-1 is no id: the kernel takes it for "unchanged".</summary>
    private static uint? Number(string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != uint.MaxValue ? id : null;
}
