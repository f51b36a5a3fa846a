/** Plain values that travel through the bridge. They know no library and no thread. */
@NullMarked
package uns.bridge.message;

import org.jspecify.annotations.NullMarked;
