/**
 * Messages that wait on disk while Kafka can't be reached. The only package that imports Kafka's log format.
 *
 * <p>The files are segments of a Kafka log: batches in Kafka's message format 2 with their CRC32C, compressed with LZ4, one
 * record for each message; {@code kafka-dump-log.sh} reads them. That code comes with kafka-clients, writes every Kafka
 * topic there is, and has not changed its format since Kafka 0.11. Kafka calls it internal: an update of kafka-clients may
 * move the classes, which the compiler tells, but not the format.
 *
 * <p>It was chosen by measurement: 500,000 messages of 200 bytes of JSON, forced to the disk after each 1,000, then read and
 * checked and the space given back; second of two runs in one JVM, 2 shared cores, Linux, OpenJDK 17.
 *
 * <pre>
 *                                    append/s   drain/s   MB on disk
 * Kafka's batches, LZ4                600,000  1,550,000          32   chosen
 * Kafka's batches                     660,000    900,000         100
 * H2 MVStore, a file per segment      560,000    980,000         106   no checksum of values; one page table to lose
 * H2 MVStore, compressed              190,000    590,000          47
 * ActiveMQ KahaDB journal             630,000    205,000          97   brings the ActiveMQ broker along
 * ActiveMQ Artemis journal            116,000          -         160   reads at start only, into memory
 * Chronicle Queue                           -          -           -   needs --add-opens, and reports home
 * </pre>
 */
@NullMarked
package uns.bridge.spool;

import org.jspecify.annotations.NullMarked;
