package org.pyexec.app;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import org.pyexec.sandbox.SandboxSettings;

/**
 * What all programs and sessions together may take, beside what there is; said once at the start, in one line.
 *
 * @param programs that may be there at once, those of sessions that rest among them
 * @param eachMb what one may take: its memory, what it writes, and its last words
 * @param machineMb what the machine has, or the container
 */
record MemoryNeeds(int programs, long eachMb, long machineMb) {

    private static final Logger LOG = System.getLogger(MemoryNeeds.class.getName());
    private static final int LAST_WORDS_MB = 16; // policy.py
    private static final int PARKED_MB = 128; // processes that wait for a program; policy.py

    static MemoryNeeds of(Settings settings, SandboxSettings sandbox) {
        return new MemoryNeeds(
                settings.execution().maxConcurrent() + settings.sessions().maxTotal(),
                (long) sandbox.memoryMb() + sandbox.diskMb() + LAST_WORDS_MB,
                machine() >> 20);
    }

    /** Knows about a container's limit. By name, since not every server shows its applications com.sun.management. */
    private static long machine() {
        try {
            ObjectName system = new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME);
            Object size = ManagementFactory.getPlatformMBeanServer().getAttribute(system, "TotalMemorySize");
            return size instanceof Long bytes ? bytes : Long.MAX_VALUE;
        } catch (JMException e) {
            return Long.MAX_VALUE; // a virtual machine that does not tell
        }
    }

    long allMb() {
        return programs * eachMb + PARKED_MB;
    }

    Level level() {
        return allMb() > machineMb ? Level.WARNING : Level.INFO;
    }

    void log() {
        LOG.log(
                level(),
                () -> "event=memory_needs programs=%d each_mb=%d all_mb=%d machine_mb=%d"
                        .formatted(programs, eachMb, allMb(), machineMb));
    }
}
