package uns.bridge.delivery;

import java.util.List;

/** Notes what it is told, in one list for all channels so that the order between them shows. */
record RecordingChannel(String name, List<String> events) implements AckChannel {

    @Override
    public void acknowledge(Delivery delivery) {
        events.add(name + delivery.packetId());
    }

    @Override
    public void flush() {
        events.add(name + " flush");
    }
}
