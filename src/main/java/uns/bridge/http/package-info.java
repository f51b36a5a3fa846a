/** What the bridge shows of itself over HTTP: it is only read. JDK only, but for the settings. */
@NullMarked
package uns.bridge.http;

import org.jspecify.annotations.NullMarked;
