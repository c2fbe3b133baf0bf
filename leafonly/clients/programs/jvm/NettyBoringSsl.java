import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.Version;
import java.io.File;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;

/** Netty with BoringSSL for TLS; the chain is judged by the JDK's trust manager. */
public class NettyBoringSsl {
    public static void main(String[] args) throws Exception {
        if (args[0].equals("--version")) {
            System.out.println(
                    "Netty " + Version.identify().get("netty-codec-http").artifactVersion());
            System.out.println(OpenSsl.versionString());
            return;
        }
        SslContextBuilder builder = SslContextBuilder.forClient().sslProvider(SslProvider.OPENSSL);
        if (!args[0].equals("native")) {
            builder.trustManager(new File(args[0]));
        }
        SslContext context = builder.build();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            for (int i = 1; i < args.length; i++) {
                System.out.println(get(URI.create(args[i]), context, group));
            }
        } finally {
            group.shutdownGracefully(0, 0, java.util.concurrent.TimeUnit.SECONDS);
        }
    }

    private static String get(URI uri, SslContext context, EventLoopGroup group) throws Exception {
        CompletableFuture<String> body = new CompletableFuture<>();
        Bootstrap bootstrap = new Bootstrap().group(group).channel(NioSocketChannel.class);
        bootstrap.handler(new ChannelInitializer<SocketChannel>() {
            @Override
            protected void initChannel(SocketChannel channel) {
                channel.pipeline().addLast(
                        context.newHandler(channel.alloc(), uri.getHost(), uri.getPort()),
                        new HttpClientCodec(),
                        new HttpObjectAggregator(1 << 20),
                        new Exchange(uri, body));
            }
        });
        bootstrap.connect(uri.getHost(), uri.getPort()).sync();
        return body.get();
    }

    private static class Exchange extends SimpleChannelInboundHandler<FullHttpResponse> {
        private final URI uri;
        private final CompletableFuture<String> body;

        Exchange(URI uri, CompletableFuture<String> body) {
            this.uri = uri;
            this.body = body;
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (!(event instanceof SslHandshakeCompletionEvent)) {
                return;
            }
            SslHandshakeCompletionEvent handshake = (SslHandshakeCompletionEvent) event;
            if (!handshake.isSuccess()) {
                body.completeExceptionally(handshake.cause());
                return;
            }
            DefaultFullHttpRequest request =
                    new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
            request.headers().set("Host", uri.getAuthority());
            context.writeAndFlush(request);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
            body.complete(response.content().toString(StandardCharsets.UTF_8));
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            body.completeExceptionally(new java.io.EOFException("the connection ended"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            body.completeExceptionally(cause);
        }
    }
}
