//! A program that a later step of a job might be: asks AWS, with the SDK for Rust, who it is.
use aws_smithy_http_client::Builder;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let settings = aws_config::from_env()
        .http_client(Builder::new().build_http())
        .load()
        .await;
    let answer = aws_sdk_sts::Client::new(&settings)
        .get_caller_identity()
        .send()
        .await?;
    println!("{}", answer.arn().unwrap_or_default());
    Ok(())
}
