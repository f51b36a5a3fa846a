/** What the bridge shows of itself over HTTP: metrics, health, and a page. */
@NullMarked
package uns.bridge.status;

import org.jspecify.annotations.NullMarked;
