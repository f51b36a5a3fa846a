/** The MQTT side. The only package that imports Paho. */
@NullMarked
package uns.bridge.mqtt;

import org.jspecify.annotations.NullMarked;
