package org.pyexec.it;

/** Comes into another JVM as an agent (java.lang.instrument) and takes its heap until there is nothing left. */
public final class HeapEater {

    private static final int MEGABYTE = 1 << 20;

    private HeapEater() {}

    /** Called by the JVM into which it was loaded. */
    public static void agentmain(String argument) {
        Object[] taken = {};
        while (true) {
            taken = new Object[] {taken, new byte[MEGABYTE]};
        }
    }
}
