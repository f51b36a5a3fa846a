package uns.bridge.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;

/** An open file of a {@link FailingDisk}. */
final class FailingChannel extends FileChannel {

    private final FailingDisk disk;
    private final Path file;
    private final FileChannel real;
    private final int opened;

    FailingChannel(FailingDisk disk, Path file, FileChannel real) {
        this.disk = disk;
        this.file = file;
        this.real = real;
        this.opened = disk.restarts();
    }

    @Override
    public int read(ByteBuffer to) throws IOException {
        disk.check(file, real.position(), to.remaining());
        return real.read(to);
    }

    @Override
    public int read(ByteBuffer to, long position) throws IOException {
        disk.check(file, position, to.remaining());
        if (opened != disk.restarts()) {
            throw new IOException("Stale file handle");
        }
        return real.read(to, position);
    }

    @Override
    public long read(ByteBuffer[] to, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        disk.checkRoom(real.size(), real.position() + from.remaining());
        return real.write(from);
    }

    @Override
    public int write(ByteBuffer from, long position) throws IOException {
        disk.checkRoom(real.size(), position + from.remaining());
        return real.write(from, position);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long position() throws IOException {
        return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        real.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        disk.check();
        return real.size();
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        disk.check();
        real.truncate(size);
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        disk.check();
        real.force(metaData);
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        return real.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        real.close();
    }
}
