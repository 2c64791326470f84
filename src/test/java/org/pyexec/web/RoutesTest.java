package org.pyexec.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.ws.rs.HttpMethod;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pyexec.api.Route;

/** The resources serve what the table of routes says, and nothing else. */
class RoutesTest {

    private static final List<Class<?>> RESOURCES = List.of(
            RootResource.class,
            ApiResource.class,
            HealthResource.class,
            PackagesResource.class,
            ExecuteResource.class,
            ExecutionsResource.class,
            SessionsResource.class,
            SessionFilesResource.class,
            HostResource.class,
            DownloadResource.class);

    private static Stream<String> served(Class<?> resource) {
        return Stream.of(resource.getMethods())
                .flatMap(method -> httpMethod(method).stream()
                        .filter(http -> !http.equals("HEAD"))
                        .map(http -> http + " " + ForeignPages.template(resource, method)));
    }

    private static Optional<String> httpMethod(Method method) {
        for (Annotation annotation : method.getAnnotations()) {
            HttpMethod http = annotation.annotationType().getAnnotation(HttpMethod.class);
            if (http != null) {
                return Optional.of(http.value());
            }
        }
        return Optional.empty();
    }

    @Test
    void tableHasWhatTheResourcesServe() {
        Set<String> served =
                RESOURCES.stream().flatMap(RoutesTest::served).collect(Collectors.toCollection(TreeSet::new));
        assertThat(served).isEqualTo(new TreeSet<>(Route.ofApi().keySet()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/host", "/host/", "/host;a=1", "/host;a=1;b/", "/host/;a"})
    void pathIsMatchedAsJaxRsMatchesIt(String path) {
        assertThat(Route.bodyOf(path)).isEqualTo(Route.Body.FORM_WITH_FILE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/sessions/x/files/a",
                "/sessions/x/files/;a",
                "/sessions/x;y/files/a;b/",
                "/sessions/x/files/a/b"
            })
    void fileOfASessionIsOneWhateverItsName(String path) {
        assertThat(Route.bodyOf(path)).isEqualTo(Route.Body.FILE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/;a", "/hosts", "/host/x", "/%68ost", "/sessions/x/files/"})
    void otherPathsAreOther(String path) {
        assertThat(Route.bodyOf(path)).isNotIn(Route.Body.FORM_WITH_FILE, Route.Body.ORDINARY);
    }

    @Test
    void templateIsFoundInTheTable() throws Exception {
        Method put = Stream.of(SessionFilesResource.class.getMethods())
                .filter(method -> method.getName().equals("put"))
                .findFirst()
                .orElseThrow();
        assertThat(SessionFilesResource.class.getAnnotation(Path.class)).isNotNull();
        assertThat(Route.find("PUT", ForeignPages.template(SessionFilesResource.class, put)))
                .contains(Route.PUT_SESSION_FILE);
    }
}
