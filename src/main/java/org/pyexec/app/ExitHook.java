package org.pyexec.app;

/** What is done as soon as the JVM begins to exit, beside whatever the server does then. */
final class ExitHook implements AutoCloseable {

    private final Thread thread;

    private ExitHook(Thread thread) {
        this.thread = thread;
    }

    static ExitHook add(Runnable action) {
        Thread thread = new Thread(action, "pyexec-exit");
        Runtime.getRuntime().addShutdownHook(thread);
        return new ExitHook(thread);
    }

    /** Forgets the action, unless it is under way. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException exiting) {
            // it runs, or has run
        }
    }
}
