import software.amazon.awssdk.services.sts.StsClient;

/** A program that a later step of a job might be: asks AWS, with the SDK for Java v2, who it is. */
public class WhoAmI {
  public static void main(String[] args) {
    try (StsClient client = StsClient.create()) {
      System.out.println(client.getCallerIdentity().arn());
    }
  }
}
