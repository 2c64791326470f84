package org.pyexec.it.execute;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.util.Base64;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.pyexec.it.support.Answer;
import org.pyexec.it.support.Http;
import org.pyexec.it.support.Json;
import org.pyexec.it.support.NeedsServer;
import org.pyexec.it.support.Shapes;

/** {@code result: true}: values as MIME bundles. */
@Tag("engine")
@NeedsServer
class ResultsIT {

    private final Http http;

    ResultsIT(Http http) {
        this.http = http;
    }

    private ObjectNode shown(String code) {
        return Shapes.success(http.post(Json.object("code", code, "result", true)));
    }

    private JsonNode run(String code) {
        return shown(code).path("run");
    }

    @Test
    void resultAndDisplaysStandBehindTheOtherFields() {
        JsonNode plain = Shapes.success(http.execute("6 * 7")).path("run");
        assertThat(plain.has("result")).isFalse();
        assertThat(plain.has("displays")).isFalse();

        JsonNode run = run("6 * 7");
        assertThat(Json.fields(run)).startsWith(Json.fields(plain).toArray(String[]::new));
        assertThat(Json.fields(run)).endsWith("result", "displays");
        assertThat(run.path("result")).hasToString("{\"text/plain\":\"42\"}");
        assertThat(run.path("displays")).isEmpty();
    }

    @Test
    void programWithoutALastExpressionHasNull() {
        JsonNode run = run("x = 1");
        assertThat(run.path("result").isNull()).isTrue();
        assertThat(run.path("displays").isArray()).isTrue();
    }

    @Test
    void failedProgramKeepsItsDisplays() {
        Answer answer = http.post(Json.object("code", "display(1)\n1 / 0", "result", true));
        assertThat(answer.status()).isEqualTo(500);
        assertThat(answer.json().at("/run/result").isNull()).isTrue();
        assertThat(answer.json().at("/run/displays/0/text~1plain").textValue()).isEqualTo("1");
    }

    @Test
    void dataFrameIsATable() {
        JsonNode result = run("import pandas as pd\npd.DataFrame({'a': [1]})").path("result");
        assertThat(result.path("text/html").textValue()).contains("<table");
    }

    @Test
    void figureIsAPictureAndNoFile() throws Exception {
        ObjectNode answer = shown("import matplotlib.pyplot as plt\nf = plt.figure()\nplt.plot([1, 2])\nf");
        byte[] png =
                Base64.getDecoder().decode(answer.at("/run/result/image~1png").textValue());
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getHeight()).isPositive();
        assertThat(answer.path("generatedFiles")).isEmpty();
    }

    @Test
    void pictureOfAnImagingLibraryIsOne() {
        JsonNode result = run("class Image:\n  def _repr_png_(self): return b'PNG'\nImage()")
                .path("result");
        assertThat(result.path("image/png").textValue()).isEqualTo("UE5H");
    }

    @Test
    void severalDisplaysKeepTheirOrder() {
        JsonNode displays = run("for i in range(3): display(i)").path("displays");
        assertThat(displays).hasToString("[{\"text/plain\":\"0\"},{\"text/plain\":\"1\"},{\"text/plain\":\"2\"}]");
    }

    @Test
    void whatIsTooLargeIsAFile() {
        ObjectNode answer = shown("class Big:\n  def _repr_html_(self): return 'x' * 2_000_000\nBig()");
        assertThat(answer.at("/run/result").has("text/html")).isFalse();
        assertThat(answer.at("/generatedFiles/0/filename").textValue()).isEqualTo("result.html");
        assertThat(answer.at("/generatedFiles/0/size").intValue()).isEqualTo(2_000_000);
    }
}
