package org.pyexec.app;

import jakarta.ejb.Schedule;
import jakarta.ejb.Singleton;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.pyexec.files.FileStore;

/** The timer that removes what has expired, every half minute. */
@Singleton
public class ExpirySweeper {

    private static final Logger LOG = System.getLogger(ExpirySweeper.class.getName());

    @Inject
    private Wiring wiring;

    /** Called by the container, on some before the application has started. */
    @Schedule(hour = "*", minute = "*", second = "*/30", persistent = false)
    public void sweep() {
        wiring.started().ifPresent(application -> {
            sweep(application.storage().files());
            application.jobs().sweep();
            application.sessions().sweep();
        });
    }

    private static void sweep(FileStore files) {
        int removed = files.sweep();
        if (removed > 0) {
            LOG.log(Level.INFO, "event=sweep removed={0} held_bytes={1}", removed, files.bytesHeld());
        }
    }
}
