import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes one record to a topic with the settings of a file as they are: JavaClient FILE TOPIC. */
public final class JavaClient {
    public static void main(String[] arguments) throws Exception {
        Properties settings = new Properties();
        try (var file = Files.newInputStream(Path.of(arguments[0]))) {
            settings.load(file);
        }
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            var written = producer.send(new ProducerRecord<>(arguments[1], "a line from Java")).get();
            System.out.println("written at offset " + written.offset());
        }
    }
}
