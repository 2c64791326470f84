package org.pyexec.jobs;

import org.pyexec.execution.Execution;

/** The result of submitting a program. */
public sealed interface Submission {

    /** It has been taken on, now or by a request before. */
    record Accepted(JobView job) implements Submission {}

    /** It was refused at once, and nothing is kept of it. */
    record Refused(Execution execution) implements Submission {}
}
