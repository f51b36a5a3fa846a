/**
 * Faults that prove that nothing is lost: a {@link uns.bridge.chaos.Driver} publishes numbered messages and keeps a
 * {@link uns.bridge.chaos.Ledger} of what the MQTT broker has taken; a {@link uns.bridge.chaos.Fault} after the other befalls
 * the {@link uns.bridge.chaos.Chain} of MQTT broker, bridge and Kafka, at random instants; {@link uns.bridge.chaos.Arrivals}
 * follow what comes out of Kafka, and the {@link uns.bridge.chaos.Report} compares the two, one by one.
 */
package uns.bridge.chaos;
