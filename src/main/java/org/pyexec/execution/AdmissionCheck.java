package org.pyexec.execution;

/** A last check right before a program begins, because the program may have waited long. Safe for use by many threads. */
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
