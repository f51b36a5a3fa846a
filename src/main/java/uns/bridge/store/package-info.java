/** A small file that survives the end of the process. The only package that imports H2's MVStore. */
@NullMarked
package uns.bridge.store;

import org.jspecify.annotations.NullMarked;
