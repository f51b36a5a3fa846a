/**
 * Sparkplug B payloads into JSON, completed by what edge nodes and devices said of themselves at their birth. The only
 * package that imports protobuf.
 */
@NullMarked
package uns.bridge.sparkplug;

import org.jspecify.annotations.NullMarked;
