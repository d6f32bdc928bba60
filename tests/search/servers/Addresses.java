import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.Tokenizer;
import org.apache.lucene.analysis.email.UAX29URLEmailTokenizer;
import org.apache.lucene.analysis.miscellaneous.RemoveDuplicatesTokenFilter;
import org.apache.lucene.analysis.pattern.PatternCaptureGroupTokenFilter;
import org.elasticsearch.index.analysis.TokenFilterFactory;
import org.elasticsearch.index.analysis.TokenizerFactory;
import org.elasticsearch.indices.analysis.AnalysisModule.AnalysisProvider;
import org.elasticsearch.plugins.AnalysisPlugin;
import org.elasticsearch.plugins.Plugin;

/**
 * What the index of API keys needs of the module analysis-common, which the server of Maven Central comes without: it takes the
 * e-mail addresses of users apart. Ours has none, so the least that does it will do.
 */
public class Addresses extends Plugin implements AnalysisPlugin {
    private record Filter(String name, java.util.function.UnaryOperator<TokenStream> made) implements TokenFilterFactory {
        public TokenStream create(TokenStream stream) { return made.apply(stream); }
    }
    private record Cut(String name) implements TokenizerFactory {
        public Tokenizer create() { return new UAX29URLEmailTokenizer(); }
    }
    @Override
    public Map<String, AnalysisProvider<TokenFilterFactory>> getTokenFilters() {
        return Map.of(
            "pattern_capture", (index, environment, name, settings) -> {
                List<String> written = settings.getAsList("patterns");
                Pattern[] patterns = written.stream().map(Pattern::compile).toArray(Pattern[]::new);
                boolean whole = settings.getAsBoolean("preserve_original", true);
                return new Filter(name, stream -> new PatternCaptureGroupTokenFilter(stream, whole, patterns));
            },
            "unique", (index, environment, name, settings) -> new Filter(name, RemoveDuplicatesTokenFilter::new));
    }
    @Override
    public Map<String, AnalysisProvider<TokenizerFactory>> getTokenizers() {
        return Map.of("uax_url_email", (index, environment, name, settings) -> new Cut(name));
    }
}
