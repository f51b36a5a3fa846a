/** Sparkplug B payloads into JSON. The only package that imports protobuf. */
@NullMarked
package uns.bridge.sparkplug;

import org.jspecify.annotations.NullMarked;
