package uns.bridge.spool;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.StandardOpenOption;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;

/** The real disk, but for places of it that can't be read, and times when it answers nothing but errors. */
public final class FailingDisk extends FileSystemProvider {

    private final List<BadPlace> badPlaces = new CopyOnWriteArrayList<>();
    private volatile boolean away;
    private volatile boolean full;
    private volatile boolean unlistable;
    private volatile String undeletable = "";
    private volatile int restarts;
    private final FileSystem files = new Wrapped();

    record BadPlace(String file, long from, long to) {}

    /** {@code real}, as it is on this disk. */
    public Path path(Path real) {
        return (Path) Proxy.newProxyInstance(
                Path.class.getClassLoader(), new Class<?>[] {Path.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("getFileSystem")) {
                        return files;
                    }
                    Object[] given = arguments == null
                            ? null
                            : Arrays.stream(arguments)
                                    .map(each -> each instanceof Path other ? real(other) : each)
                                    .toArray();
                    try {
                        Object result = method.invoke(real, given);
                        return result instanceof Path found ? path(found) : result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** The bytes from {@code from} to before {@code to} of the file with that name can't be read from now on. */
    public void spoil(String file, long from, long to) {
        badPlaces.add(new BadPlace(file, from, to));
    }

    /** All that was spoilt can be read again. */
    public void heal() {
        badPlaces.clear();
    }

    /** Whether it neither gives nor takes data from now on. */
    public void setAway(boolean away) {
        this.away = away;
    }

    /** Files whose names end so can't be deleted from now on; the empty text stands for none. */
    public void setUndeletable(String ending) {
        undeletable = ending;
    }

    /** Whether it has no room for more than it has, from now on. */
    public void setFull(boolean full) {
        this.full = full;
    }

    /** Whether it opens a folder and then fails to tell what is in it, from now on. */
    public void setUnlistable(boolean unlistable) {
        this.unlistable = unlistable;
    }

    /** What is open can't be read any more, as on a network file system whose server was replaced. */
    public void restart() {
        restarts++;
    }

    int restarts() {
        return restarts;
    }

    void check(Path file, long from, long length) throws IOException {
        check();
        for (BadPlace bad : badPlaces) {
            if (file.endsWith(bad.file) && from < bad.to && from + length > bad.from) {
                throw new IOException("Input/output error");
            }
        }
    }

    void check() throws IOException {
        if (away) {
            throw new IOException("Connection timed out");
        }
    }

    /** Of a file that ends at {@code size}, before it is written up to {@code end}. */
    void checkRoom(long size, long end) throws IOException {
        check();
        if (full && end > size) {
            throw new IOException("No space left on device");
        }
    }

    private Path listed(Path file) {
        if (unlistable) {
            throw new DirectoryIteratorException(new IOException("Stale file handle"));
        }
        return path(file);
    }

    private static Path real(Path path) {
        return path.getFileSystem().provider() instanceof FailingDisk ? Path.of(path.toString()) : path;
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        check();
        return new FailingChannel(this, real(path), FileChannel.open(real(path), options, attributes));
    }

    @Override
    public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... all)
            throws IOException {
        check();
        if (full && options.contains(StandardOpenOption.CREATE) && !Files.exists(real(path))) {
            throw new IOException("No space left on device");
        }
        return Files.newByteChannel(real(path), options, all);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        check();
        DirectoryStream<Path> stream = Files.newDirectoryStream(real(folder));
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                return StreamSupport.stream(stream.spliterator(), false)
                        .map(FailingDisk.this::listed)
                        .iterator();
            }

            @Override
            public void close() throws IOException {
                stream.close();
            }
        };
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        check();
        Files.createDirectory(real(folder), attributes);
    }

    @Override
    public void delete(Path path) throws IOException {
        check();
        if (!undeletable.isEmpty() && path.getFileName().toString().endsWith(undeletable)) {
            throw new IOException("Device or resource busy");
        }
        Files.delete(real(path));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) throws IOException {
        check();
        Files.copy(real(source), real(target), options);
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        check();
        Files.move(real(source), real(target), options);
    }

    @Override
    public boolean isSameFile(Path one, Path other) throws IOException {
        return Files.isSameFile(real(one), real(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return Files.isHidden(real(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return Files.getFileStore(real(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        check();
        real(path).getFileSystem().provider().checkAccess(real(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        return Files.getFileAttributeView(real(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        check();
        return Files.readAttributes(real(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) throws IOException {
        check();
        return Files.readAttributes(real(path), names, options);
    }

    @Override
    public void setAttribute(Path path, String name, Object value, LinkOption... options) throws IOException {
        check();
        Files.setAttribute(real(path), name, value, options);
    }

    @Override
    public String getScheme() {
        return "failing";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        return files;
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return files;
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException();
    }

    /** What a path asks its file system for. */
    private final class Wrapped extends FileSystem {

        private final FileSystem real = FileSystems.getDefault();

        @Override
        public FileSystemProvider provider() {
            return FailingDisk.this;
        }

        @Override
        public Path getPath(String first, String... more) {
            return path(Path.of(first, more));
        }

        @Override
        public Set<String> supportedFileAttributeViews() {
            return Set.of("basic");
        }

        @Override
        public String getSeparator() {
            return real.getSeparator();
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public boolean isReadOnly() {
            return false;
        }

        @Override
        public void close() {}

        @Override
        public Iterable<Path> getRootDirectories() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Iterable<FileStore> getFileStores() {
            throw new UnsupportedOperationException();
        }

        @Override
        public PathMatcher getPathMatcher(String pattern) {
            throw new UnsupportedOperationException();
        }

        @Override
        public UserPrincipalLookupService getUserPrincipalLookupService() {
            throw new UnsupportedOperationException();
        }

        @Override
        public WatchService newWatchService() {
            throw new UnsupportedOperationException();
        }
    }
}
