/** What a test of the whole bridge stands on: its process, an independent publisher with a ledger, a reader of Kafka. */
package uns.bridge.testbed;
