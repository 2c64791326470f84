package org.pyexec.it.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.ResourceLocksProvider;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * A test class of a shared server, which its constructor or its methods get as {@link Server} or as {@link Http}.
 *
 * <p>Classes of {@link Setup#USUAL} run side by side, those of any other setup one after another. Setups do not wait for
 * each other.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(SharedServers.class)
@ResourceLock(providers = NeedsServer.ServerLock.class)
public @interface NeedsServer {

    /** The server's settings. */
    Setup value() default Setup.USUAL;

    /** Lets the classes of one setup run one after another, except those of the usual one. */
    final class ServerLock implements ResourceLocksProvider {

        @Override
        public Set<Lock> provideForClass(Class<?> testClass) {
            Setup setup = of(testClass);
            return Set.of(new Lock(
                    setup.name(), setup == Setup.USUAL ? ResourceAccessMode.READ : ResourceAccessMode.READ_WRITE));
        }

        static Setup of(Class<?> testClass) {
            return AnnotationSupport.findAnnotation(testClass, NeedsServer.class)
                    .orElseThrow()
                    .value();
        }
    }
}
