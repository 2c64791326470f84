package org.pyexec.execution;

/** Asked right before a program begins, which may have waited long. Safe for use by many threads. */
public interface AdmissionCheck {

    /** For a program that may begin in any case. */
    AdmissionCheck OPEN = () -> {};

    /**
     * Returns if it may begin.
     *
     * @throws RefusedException if it may not
     */
    void check() throws RefusedException;
}
