package org.pyexec.jobs;

import java.util.Locale;

/** The state of a job; {@link #word} is its name in answers. */
public enum JobStatus {
    QUEUED,
    RUNNING,
    FINISHED;

    /** The name in lower case. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
