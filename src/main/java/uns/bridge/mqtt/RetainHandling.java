package uns.bridge.mqtt;

/** Which retained messages a subscription brings: Retain Handling (MQTT 5, 3.8.3.1). */
enum RetainHandling {
    ALWAYS(0),
    ONLY_IF_NEW(1),
    NEVER(2);

    private final int option;

    RetainHandling(int option) {
        this.option = option;
    }

    /** As it stands in the Subscription Options. */
    int option() {
        return option;
    }
}
