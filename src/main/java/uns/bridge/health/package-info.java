/** What the operator sees: the state of each part, and failures that repeat. */
@NullMarked
package uns.bridge.health;

import org.jspecify.annotations.NullMarked;
