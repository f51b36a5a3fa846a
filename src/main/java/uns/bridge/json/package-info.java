/** Reading, cutting and writing JSON bytes. The only package that imports Jackson. */
@NullMarked
package uns.bridge.json;

import org.jspecify.annotations.NullMarked;
