package org.pyexec.sandbox;

/**
 * A Python interpreter that can run programs under the user id of programs.
 *
 * @param executable absolute path of the real binary, no shim
 * @param version such as {@code 3.11.2}
 * @param complete whether it imports all modules to preload
 */
record Interpreter(String executable, String version, boolean complete) {}
