package uns.bridge.kafka;

/** What passes while Kafka is waited for; a test has a time of its own. */
interface Time {

    Time SYSTEM = new Time() {
        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleep(long ms) throws InterruptedException {
            Thread.sleep(ms);
        }
    };

    /** As {@link System#nanoTime}: without a particular beginning, and it may run over. */
    long nanoTime();

    void sleep(long ms) throws InterruptedException;
}
