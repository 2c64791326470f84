package org.pyexec.api;

import java.util.Locale;

/**
 * What the server runs on.
 *
 * @param javaVersion such as {@code 17.0.15}
 * @param osName as Java names it
 * @param osArchitecture as Java names it
 * @param server name and version of the application server
 */
public record ServerHost(String javaVersion, String osName, String osArchitecture, String server) {

    /** As Node names platforms. */
    String platform() {
        return osName.toLowerCase(Locale.ROOT);
    }

    /** As Node names architectures. */
    String architecture() {
        return switch (osArchitecture) {
            case "amd64", "x86_64" -> "x64";
            case "aarch64" -> "arm64";
            default -> osArchitecture;
        };
    }
}
