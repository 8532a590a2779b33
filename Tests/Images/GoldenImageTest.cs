using System.Text;
using NUnit.Framework;
using TimeNs.Images;

namespace TimeNs.Tests.Images;

/// <summary>
/// Every released image stays readable: Golden/image-v1.tns is <see cref="ImageSamples.EveryField"/> in version 1, for ever. With
/// <c>TIMENS_UPDATE_GOLDEN=1</c> it is written anew, which no release may need.
/// </summary>
public class GoldenImageTest
{
    private static string Golden => RepositoryFile.At("Tests/Golden/image-v1.tns");

    [OneTimeSetUp]
    public void Update()
    {
        if (RepositoryFile.IsUpdating)
        {
            File.WriteAllBytes(Golden, ImageFormat.Encode(ImageSamples.EveryField));
        }
    }

    [Test]
    public void Decode_GoldenVersion1_GivesTheImage() =>
        ImageAssert.Same(ImageFormat.Decode(File.ReadAllBytes(Golden)), ImageSamples.EveryField);

    [Test]
    public void Encode_GoldenVersion1_GivesTheSameBytes() =>
        Assert.That(ImageFormat.Encode(ImageSamples.EveryField), Is.EqualTo(File.ReadAllBytes(Golden)));

    /// <summary>The worked example of the format's description is this file.</summary>
    [Test]
    public void Document_HexDump_IsTheGoldenFile() =>
        Assert.That(File.ReadAllText(RepositoryFile.At("docs/image-format.md")), Does.Contain(HexDump(File.ReadAllBytes(Golden))));

    private static string HexDump(byte[] bytes)
    {
        var text = new StringBuilder();
        for (var at = 0; at < bytes.Length; at += 16)
        {
            var row = bytes.AsSpan(at, Math.Min(16, bytes.Length - at));
            var hex = string.Join(' ', Convert.ToHexStringLower(row).Chunk(2).Select(static pair => new string(pair)));
            text.Append($"{at:x4}  {hex,-47}  ");
            foreach (var b in row)
            {
                text.Append(b is >= 0x20 and < 0x7F ? (char)b : '.');
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
