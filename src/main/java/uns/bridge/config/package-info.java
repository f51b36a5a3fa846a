/** Configuration machinery: files, merge, environment, typed reading, every problem at once. Knows no component. */
@NullMarked
package uns.bridge.config;

import org.jspecify.annotations.NullMarked;
