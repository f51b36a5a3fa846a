/**
 * Configuration machinery: files, merge, environment, typed reading, every problem at once. Knows no component.
 *
 * <p>{@link SettingsFiles} lays {@code .secrets.yaml} and the environment over {@code settings.yaml} and hands out the
 * root {@link Section}. Each component reads its own section with {@link ValueType}s; what is wrong goes to
 * {@link Problems}, so that one start shows all of it. The only package that imports SnakeYAML.
 */
@NullMarked
package uns.bridge.config;

import org.jspecify.annotations.NullMarked;
