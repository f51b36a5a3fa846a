/** The way of a message as a pure function: decode, filter, map. No I/O, no threads. */
@NullMarked
package uns.bridge.pipeline;

import org.jspecify.annotations.NullMarked;
