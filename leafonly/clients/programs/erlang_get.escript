%% -*- erlang -*-
main(["--version"]) ->
    {ok, _} = application:ensure_all_started(ssl),
    {ok, Ssl} = application:get_key(ssl, vsn),
    io:format("Erlang/OTP ~s~n", [erlang:system_info(otp_release)]),
    io:format("ssl ~s~n", [Ssl]);
main([Trust | Urls]) ->
    {ok, _} = application:ensure_all_started(inets),
    {ok, _} = application:ensure_all_started(ssl),
    Tls = [{verify, verify_peer}, roots(Trust)],
    lists:foreach(fun(Url) -> get(Url, Tls) end, Urls).

%% The system's roots are there for whoever asks for them (since OTP 25).
roots("native") -> {cacerts, public_key:cacerts_get()};
roots(Trust) -> {cacertfile, Trust}.

get(Url, Tls) ->
    case httpc:request(get, {Url, []}, [{ssl, Tls}, {autoredirect, false}], []) of
        {ok, {_, _, Body}} ->
            io:format("~s~n", [Body]);
        {error, Reason} ->
            io:format(standard_error, "~p~n", [Reason]),
            halt(1)
    end.
