package org.pyexec.jobs;

import java.util.Locale;

/** How far a job is; {@link #word} is the name in answers. */
public enum JobStatus {
    QUEUED,
    RUNNING,
    FINISHED;

    /** The name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
