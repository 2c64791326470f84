package org.pyexec.launcher;

import fish.payara.micro.BootstrapException;
import fish.payara.micro.PayaraMicro;
import fish.payara.micro.PayaraMicroRuntime;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;

/**
 * The main class of the uber-jar: checks the settings, then starts Payara Micro on {@code PORT} with the WAR inside.
 * Exits with status 2 and one line if a setting is bad, and with 1 if the application did not start.
 */
public final class Launcher {

    /** The folder of the jar with the application's classes, out of the way of the server's class loaders. */
    private static final String APPLICATION_CLASSES = "/settings/";

    private static final String SETTINGS_READER = "org.pyexec.app.SettingsReader";
    private static final String CHECK_ONLY = "--check-settings";
    private static final int BAD_SETTING = 2;

    private Launcher() {}

    /**
     * Everything is set by environment variables or system properties. With the argument {@code --check-settings} it prints
     * the port and starts nothing.
     */
    public static void main(String[] arguments) throws Exception {
        int port;
        try {
            port = checkedPort();
        } catch (IllegalArgumentException badSetting) {
            System.err.println("python-executor can't start: " + badSetting.getMessage());
            System.exit(BAD_SETTING);
            return;
        }
        if (List.of(arguments).equals(List.of(CHECK_ONLY))) {
            System.out.println(port);
        } else if (!start(port)) {
            System.err.println("python-executor can't start: see the log above");
            System.exit(1);
        }
    }

    private static boolean start(int port) {
        if (!isFree(port)) {
            System.err.println("python-executor can't start: port " + port + " is in use");
            return false;
        }
        try {
            PayaraMicroRuntime runtime = PayaraMicro.getInstance()
                    .setHttpPort(port)
                    .setNoHazelcast(true)
                    .bootStrap();
            // The port is opened after the application (post-deploy-commands.txt), and Payara says nothing if it cannot
            // be.
            return !runtime.getDeployedApplicationNames().isEmpty() && !isFree(port);
        } catch (BootstrapException e) {
            System.err.println("python-executor can't start: " + e.getMessage());
            return false;
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port)) {
            return probe.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    /** Reads all settings as the application will, in a class loader that is dropped again. */
    private static int checkedPort() throws IOException, ReflectiveOperationException {
        URL jar = Launcher.class.getProtectionDomain().getCodeSource().getLocation();
        URL classes = URI.create("jar:" + jar + "!" + APPLICATION_CLASSES).toURL();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
            return (int)
                    loader.loadClass(SETTINGS_READER).getMethod("checkedPort").invoke(null);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof IllegalArgumentException badSetting) {
                throw badSetting;
            }
            throw e;
        }
    }
}
