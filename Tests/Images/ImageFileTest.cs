using System.Runtime.Versioning;
using NUnit.Framework;
using TimeNs.Images;
using TimeNs.Runtime;

namespace TimeNs.Tests.Images;

public class ImageFileTest
{
    private string _directory = "";

    private string ImagePath => Path.Combine(_directory, "web.tns");

    [SetUp]
    public void CreateDirectory() => _directory = Directory.CreateTempSubdirectory("timens-images-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    public void Load_WhatWasSaved_ComesBack()
    {
        ImageFile.Save(ImageSamples.EveryField, ImagePath);
        ImageAssert.Same(ImageFile.Load(ImagePath), ImageSamples.EveryField);
        AssertOnlyTheImage();
    }

    [Test]
    public void Save_RelativePath_Works()
    {
        ImageFile.Save(ImageSamples.EveryField, Path.GetRelativePath(Environment.CurrentDirectory, ImagePath));
        ImageAssert.Same(ImageFile.Load(ImagePath), ImageSamples.EveryField);
    }

    [Test]
    public void Save_OverAnImage_ReplacesIt()
    {
        ImageFile.Save(ImageSamples.Periodic(1000), ImagePath);
        ImageFile.Save(ImageSamples.EveryField, ImagePath);
        ImageAssert.Same(ImageFile.Load(ImagePath), ImageSamples.EveryField);
        AssertOnlyTheImage();
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    public void Save_NewOrOver_IsForItsOwnerAlone()
    {
        File.WriteAllText(ImagePath, "open to all");
        File.SetUnixFileMode(ImagePath, (UnixFileMode)0b110_110_110);
        ImageFile.Save(ImageSamples.EveryField, ImagePath);
        Assert.That(File.GetUnixFileMode(ImagePath), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [Test]
    public void Replace_WriteFailsHalfWay_KeepsTheOldImage()
    {
        ImageFile.Save(ImageSamples.EveryField, ImagePath);
        Assert.Throws<IOException>(() => ImageFile.Replace(ImagePath, static file =>
        {
            file.Write("half an ima"u8);
            throw new IOException("No space left on device");
        }, ImageDisk.Instance));
        ImageAssert.Same(ImageFile.Load(ImagePath), ImageSamples.EveryField);
        AssertOnlyTheImage();
    }

    [Test]
    [UnsupportedOSPlatform("windows")]
    public void Replace_WhileItWrites_TemporaryIsPrivateAndOldImageStands()
    {
        ImageFile.Save(ImageSamples.EveryField, ImagePath);
        ImageFile.Replace(ImagePath, file =>
        {
            var temporary = Directory.EnumerateFiles(_directory, ".timens-*.tmp").Single();
            Assert.That(File.GetUnixFileMode(temporary), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            ImageAssert.Same(ImageFile.Load(ImagePath), ImageSamples.EveryField);
            file.Write(ImageFormat.Encode(ImageSamples.Periodic(3)));
        }, ImageDisk.Instance);
        ImageAssert.Same(ImageFile.Load(ImagePath), ImageSamples.Periodic(3));
        AssertOnlyTheImage();
    }

    [Test]
    public void Save_ADirectoryInItsPlace_LeavesNoTemporary()
    {
        Directory.CreateDirectory(ImagePath);
        Assert.That(() => ImageFile.Save(ImageSamples.EveryField, ImagePath), Throws.InstanceOf<IOException>().Or.InstanceOf<UnauthorizedAccessException>());
        AssertOnlyTheImage();
    }

    [Test]
    public void Save_NoSuchDirectory_IsRefused() =>
        Assert.Throws<DirectoryNotFoundException>(() => ImageFile.Save(ImageSamples.EveryField, Path.Combine(_directory, "no", "web.tns")));

    [Test]
    public void Save_ImpossibleImage_TouchesNoFile()
    {
        var impossible = ImageSamples.Image([ImageSamples.EveryField.Timers[0] with { Id = 0 }]);
        Assert.Throws<ImageException>(() => ImageFile.Save(impossible, ImagePath));
        Assert.That(Directory.EnumerateFileSystemEntries(_directory), Is.Empty);
    }

    [Test]
    public void Load_NoSuchFile_IsPassedOn() => Assert.Throws<FileNotFoundException>(() => ImageFile.Load(ImagePath));

    [Test]
    public void Load_DamagedFile_NamesThePath()
    {
        File.WriteAllBytes(ImagePath, [.. ImageFormat.Encode(ImageSamples.EveryField), 1]);
        var wrong = Assert.Throws<ImageException>(() => ImageFile.Load(ImagePath))!;
        Assert.That(wrong.Message, Does.Contain(ImagePath).And.Contain("after the end"));
        Assert.That(wrong.Field, Is.EqualTo("file"));
    }

    [Test]
    public void Load_EmptyFile_IsRefused()
    {
        File.WriteAllBytes(ImagePath, []);
        Assert.Throws<ImageException>(() => ImageFile.Load(ImagePath));
    }

    [Test]
    public void Load_FileOverTheLimit_IsRefusedUnread()
    {
        using (var file = File.OpenHandle(ImagePath, FileMode.CreateNew, FileAccess.Write))
        {
            RandomAccess.SetLength(file, 3L << 30);
        }

        Assert.That(Assert.Throws<ImageException>(() => ImageFile.Load(ImagePath))!.Message, Does.Contain("2 GiB"));
    }

    private void AssertOnlyTheImage() =>
        Assert.That(Directory.EnumerateFileSystemEntries(_directory), Is.EqualTo(new[] { ImagePath }));
}
